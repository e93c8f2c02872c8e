"""The peer gunicorn with Flask."""

import json

from flask import Flask, Response, request

import model

app = Flask(__name__)


@app.post("/public/api/v1/bench/text/run")
def text():
    return Response(model.GREETING, content_type=model.TYPE_TEXT, headers=model.TEXT_HEADERS)


@app.post("/public/api/v1/bench/classify/predict")
def classify():
    body = json.dumps(model.envelope(request.get_json()["features"]), separators=(",", ":"))
    return Response(body, content_type=model.TYPE_JSON, headers=model.HEADERS)
