// The peer workerd: the classifier of package model, and the host's envelope around its answer.

const features = 20;
const classes = ["apple", "pear", "plum"];
const names = Array.from({ length: features }, (_, i) => "f" + i);
const weights = classes.map((_, c) => names.map((_, i) => (((c * 7 + i * 5) % 11) - 5) / 4));

const common = { "DSS-API-Version": "1", "DSS-Version": "0.1.0" };
const textHeaders = {
  ...common,
  "Content-Type": "text/plain; charset=utf-8",
  "X-Service-Generation": "v1",
  "X-Timing-PreProcessing": "0",
  "X-Timing-Wait": "0",
  "X-Timing-Execution": "0",
  "X-Timing-FunctionInternal": "0",
  "X-Timing-Fuel": "0",
};
const jsonHeaders = { ...common, "Content-Type": "application/json;charset=utf-8" };

function classify(record) {
  const p = weights.map((row, c) => {
    let score = c / 8;
    for (let i = 0; i < features; i++) score += row[i] * record[names[i]];
    return 1 + score / (1 + Math.abs(score));
  });
  const sum = p[0] + p[1] + p[2];
  let best = 0;
  for (let c = 0; c < classes.length; c++) {
    p[c] /= sum;
    if (p[c] > p[best]) best = c;
  }
  return {
    prediction: classes[best],
    probas: { apple: p[0], pear: p[1], plum: p[2] },
    ignored: false,
  };
}

export default {
  async fetch(request) {
    switch (new URL(request.url).pathname) {
      case "/public/api/v1/bench/text/run":
        return new Response("Hello, World!", { headers: textHeaders });
      case "/public/api/v1/bench/classify/predict": {
        const body = await request.json();
        const reply = {
          result: classify(body.features),
          timing: {
            preProcessing: 0,
            wait: 0,
            enrich: 0,
            preparation: 0,
            prediction: 0,
            postProcessing: 0,
            fuel: 0,
          },
          apiContext: { serviceId: "bench", endpointId: "classify", serviceGeneration: "v1" },
        };
        return new Response(JSON.stringify(reply), { headers: jsonHeaders });
      }
    }
    return new Response("no such path", { status: 404 });
  },
};
