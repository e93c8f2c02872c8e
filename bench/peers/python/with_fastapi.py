"""The peer uvicorn with FastAPI."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

import model


class Envelope(JSONResponse):
    media_type = model.TYPE_JSON


app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.post("/public/api/v1/bench/text/run")
async def text():
    return Response(model.GREETING, media_type=model.TYPE_TEXT, headers=model.TEXT_HEADERS)


@app.post("/public/api/v1/bench/classify/predict")
async def classify(request: Request):
    body = await request.json()
    return Envelope(model.envelope(body["features"]), headers=model.HEADERS)
