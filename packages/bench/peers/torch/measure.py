"""Reads a request, measures one case, and prints a reply; the rules are those of the systems in JavaScript."""

import json
import os
import resource
import statistics
import sys
import time

request = json.loads(sys.argv[1])

SHORTEST_SAMPLE = 0.4
MOST_SAMPLES = 3000
FEWEST_SAMPLES = 3


def resident():
    """Bytes of this process that are in memory."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return most_resident()


def most_resident():
    """The most bytes of this process that were in memory at once."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


processors = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def pin():
    """Gives the main thread a processor of its own, and every other thread the rest."""
    if len(processors) < 2:
        return False
    for thread in os.listdir("/proc/self/task"):
        own = {processors[-1]} if int(thread) == os.getpid() else set(processors[:-1])
        try:
            os.sched_setaffinity(int(thread), own)
        except OSError:
            return False
    return True


def note():
    """What is to be known of this installation: without a fast library of products it is not what people use."""
    try:
        with open("/proc/self/maps") as maps:
            libraries = maps.read()
    except OSError:
        return {}
    fast = any(name in libraries for name in ("openblas", "mkl", "libblis"))
    return {} if fast else dict(note="neither OpenBLAS nor MKL: its products are slow")


def timed(call, calls):
    """So many calls, and how many milliseconds they took."""
    before = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - before) * 1e3


def calls_of(milliseconds):
    """How many calls one sample is made of."""
    return round(SHORTEST_SAMPLE / max(milliseconds, 1e-4)) if milliseconds < SHORTEST_SAMPLE / 2 else 1


def sample(call, first):
    """Lets a call warm up, and samples it."""
    plan = request["plan"]
    if first > plan["patienceMilliseconds"]:
        return dict(median=first, fastest=first, samples=1)
    calls, spent, per_call = 0, 0.0, first
    while calls < plan["warmUpCalls"] or spent < plan["warmUpMilliseconds"]:
        batch = calls_of(per_call)
        milliseconds = timed(call, batch)
        per_call = milliseconds / batch
        calls += batch
        spent += milliseconds
    pin()
    batch = calls_of(per_call)
    samples, spent = [], 0.0
    while (len(samples) < plan["samples"] or spent < plan["milliseconds"]) and len(samples) < MOST_SAMPLES:
        milliseconds = timed(call, batch)
        samples.append(milliseconds / batch)
        spent += milliseconds
        if spent > 20 * max(plan["milliseconds"], 1) and len(samples) >= FEWEST_SAMPLES:
            break
    return dict(median=statistics.median(samples), fastest=min(samples), samples=len(samples))


def measure(cold, cases):
    """Measures the case that was asked for. A case gives what is called, and how to read a loss or tokens after it."""
    resident_before = resident()
    call, loss, tokens = cases[request["case"]]()
    first = timed(call, 1)
    first_loss = None if loss is None else loss()
    pinned = pin()
    milliseconds = sample(call, first)
    reply = dict(
        milliseconds=milliseconds,
        cold=dict(cold, first=first),
        memory=dict(residentBefore=resident_before, resident=most_resident()),
        pinned=pinned,
        **note(),
    )
    if loss is not None:
        reply.update(firstLoss=first_loss, lastLoss=loss())
    if tokens is not None:
        reply.update(tokens=tokens())
    print(json.dumps(reply), flush=True)
