"""What the peers in Python have in common: the classifier of package model, and the host's envelope around its answer."""

import time

FEATURES = 20
NAMES = [f"f{i}" for i in range(FEATURES)]
CLASSES = ["apple", "pear", "plum"]
WEIGHTS = [[((c * 7 + i * 5) % 11 - 5) / 4 for i in range(FEATURES)] for c in range(len(CLASSES))]

HEADERS = {"DSS-API-Version": "1", "DSS-Version": "0.1.0"}
TEXT_HEADERS = HEADERS | {
    "X-Service-Generation": "v1",
    "X-Timing-PreProcessing": "0",
    "X-Timing-Wait": "0",
    "X-Timing-Execution": "0",
    "X-Timing-FunctionInternal": "0",
    "X-Timing-Fuel": "0",
}
TYPE_TEXT = "text/plain; charset=utf-8"
TYPE_JSON = "application/json;charset=utf-8"
GREETING = "Hello, World!"


def classify(features):
    x = [features[name] for name in NAMES]
    p = []
    for c, weights in enumerate(WEIGHTS):
        score = c / 8
        for w, v in zip(weights, x):
            score += w * v
        p.append(1 + score / (1 + abs(score)))
    total = p[0] + p[1] + p[2]
    p = [v / total for v in p]
    return {"prediction": CLASSES[p.index(max(p))], "probas": dict(zip(CLASSES, p)), "ignored": False}


def envelope(features):
    start = time.perf_counter()
    result = classify(features)
    return {
        "result": result,
        "timing": {
            "preProcessing": 0,
            "wait": 0,
            "enrich": 0,
            "preparation": 0,
            "prediction": int((time.perf_counter() - start) * 1e6),
            "postProcessing": 0,
            "fuel": 0,
        },
        "apiContext": {"serviceId": "bench", "endpointId": "classify", "serviceGeneration": "v1"},
    }
