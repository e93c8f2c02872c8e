package host_test

import "strings"

// ran is the envelope of a function or a query, of the endpoint service/generation/endpoint.
func ran(place, fields string) string {
	return envelope(place, fields, "preProcessing", "wait", "execution", "functionInternal", "fuel")
}

// predicted is the envelope of the other kinds.
func predicted(place, fields string) string {
	return envelope(place, fields, "preProcessing", "wait", "enrich", "preparation", "prediction", "postProcessing",
		"fuel")
}

func envelope(place, fields string, timing ...string) string {
	p := strings.Split(place, "/")
	return `{"apiContext":{"serviceId":"` + p[0] + `","endpointId":"` + p[2] + `","serviceGeneration":"` + p[1] +
		`"},` + fields + `,"timing":{"` + strings.Join(timing, `":1,"`) + `":1}}`
}

// raised is the client's own exception, which holds the type and the text of the error.
func raised(errorType, text string) string { return exception + ": " + errorType + ": " + text }

// What the endpoints classify and forecast of the calls know.
const (
	apple = `{"ignored":false,"prediction":"apple",` +
		`"probas":{"apple":0.9011916421991881,"pear":0.016396656374417295,"plum":0.08241170142639466}}`
	forecasts = `[` +
		`{"forecast":4.0,"ignored":false,"quantiles":[0.5],"quantilesValues":[4.0],` +
		`"time":"2015-03-20T00:00:00.000000Z","timeseriesIdentifier":{"shop":"a"}},` +
		`{"forecast":4.0,"ignored":false,"quantiles":[0.5],"quantilesValues":[4.0],` +
		`"time":"2015-03-21T00:00:00.000000Z","timeseriesIdentifier":{"shop":"a"}},` +
		`{"forecast":null,"ignored":true,"quantiles":[],"quantilesValues":[],"time":"","timeseriesIdentifier":{}}]`
)

// userConformance is what the calls of the user API come to.
var userConformance = []conformance{
	{"run", 200,
		ran("docs/v1/plain", `"response":{"a":1,"b":0.5,"list":[1,"a",[{}]],"none":null,"text":"é 日本 🐝",`+
			`"yes":true}`), asJSON},
	{"run-nothing", 200, ran("docs/v1/plain", `"response":{}`), asJSON},
	{"run-single-slash", 200, ran("docs/v1/plain", `"response":{"a":1}`), asJSON},
	{"run-dispatch", 200, ran("docs/v1/plain", `"response":{"dispatch":{"forcedGeneration":"v9"}}`), asJSON},
	{"run-nan", 200, ran("docs/v1/plain", `"response":{"x":null,"y":null,"z":null}`), asJSON},
	{"run-integers", 200,
		ran("docs/v1/plain", `"response":{"max":18446744073709551615,"min":-9223372036854775808,"odd":`+
			`9007199254740993}`), asJSON},
	{"run-large-integer", 400, raised("IllegalArgument", `an integer above the range of 64 bits at byte 6`), asJSON},
	{"run-untouched", 200,
		ran("docs/v1/untouched", `"response":"{\"n\": 1180591620717411303424, \"x\": NaN, \"text\": `+
			`\"\\u00e9\"}"`), asJSON},
	{"run-netrc", 200, ran("docs/v1/plain", `"response":{"a":1}`), asJSON},
	{"custom-json", 200, `{"a":"b","c":["e",42]}`, asJSON},
	{"custom-text-as-json", 200, notJSON, asJSON},
	{"custom-text", 200, `"Hello, World!"`, asText},
	{"custom-text-body", 200, `"Hello, World!"`, asText},
	{"custom-xml", 200, `"<person><name>John Doe</name><age>42</age></person>"`, asText},
	{"custom-headers", 200,
		`{"body":"48656c6c6f2c20576f726c6421","headers":[["Machin","Truc"],["Set-Cookie","chocolate"],` +
			`["Set-Cookie","pecan"]],"status":200,"type":"text/plain; charset=utf-8"}`, asWhole},
	{"custom-direct", 200,
		`{"body":"48656c6c6f204e6f2048656c70657220576f726c64","headers":[["Content-Encoding","utf-8"]],` +
			`"status":200,"type":"text/plain"}`, asWhole},
	{"custom-image", 200, `"image/png"`, asType},
	{"exception", 401, raised("DkuCustomApiException", `The caller is not authorized`), asJSON},
	{"exception-authorized", 200, ran("docs/v1/exception", `"response":3`), asJSON},
	{"exception-argument", 400, raised("IllegalArgument", `argument "p2" is missing`), asJSON},
	{"panic", 500, raised("Panic", `the endpoint panicked`), asJSON},
	{"after-panic", 200, ran("docs/v1/faults", `"response":"well"`), asJSON},
	{"predict", 200, predicted("docs/v1/classify", `"result":`+apple), asJSON},
	{"predict-everything", 200, predicted("docs/v1/classify", `"result":`+apple), asJSON},
	{"predict-dispatch-key", 200, predicted("docs/v1/classify", `"result":`+apple), asJSON},
	{"predict-other-generation", 404, raised("NotFound", `the service has no such generation loaded`), asJSON},
	{"predict-ignored", 200,
		predicted("docs/v1/classify", `"result":{"ignoreReason":"IGNORED_BY_MODEL","ignored":true}`), asJSON},
	{"predict-exception", 401, raised("DkuCustomApiException", `The caller is not authorized`), asJSON},
	{"predict-number", 200,
		predicted("docs/v1/regress", `"result":{"ignored":false,"prediction":3.516561}`), asJSON},
	{"predict-records", 200, predicted("docs/v1/classify",
		`"results":[`+apple+`,{"ignoreReason":"IGNORED_BY_MODEL","ignored":true},`+apple+`]`), asJSON},
	{"predict-no-records", 200, predicted("docs/v1/classify", `"results":[]`), asJSON},
	{"forecast", 200, predicted("docs/v1/forecast", `"results":`+forecasts), asJSON},
	{"forecast-dispatched", 200, predicted("docs/v1/forecast", `"results":`+forecasts), asJSON},
	{"effect", 200, predicted("docs/v1/effect", `"result":{"ignored":false,"predictedEffect":0.5}`), asJSON},
	{"effects", 200,
		predicted("docs/v1/effect", `"results":[{"ignored":false,"predictedEffect":0.5},{"ignoreReason":`+
			`"IGNORED_BY_MODEL","ignored":true}]`), asJSON},
	{"lookup", 200, `{"data":{"capital":"Berlin","country":"D"}}`, asFirst},
	{"lookup-no-match", 200, `{"data":{},"ignoreReason":"NO_LOOKUP_MATCH","ignored":true}`, asFirst},
	{"lookup-no-key", 400,
		raised("IllegalArgument", `feature "country" is missing in the object at byte 9`), asFirst},
	{"lookup-records", 200,
		predicted("docs/v1/lookup", `"results":[{"data":{},"ignoreReason":"NO_LOOKUP_MATCH","ignored":true},`+
			`{"data":{"capital":"Paris","country":"F"}}]`), asJSON},
	{"query", 200,
		ran("docs/v1/query", `"columns":[{"name":"n","type":"bigint"},{"name":"square","type":"bigint"}],`+
			`"rows":[["0","0"],["1","1"],["2","4"]]`), asJSON},
	{"query-nothing", 200,
		ran("docs/v1/query", `"columns":[{"name":"n","type":"bigint"},{"name":"square","type":"bigint"}],`+
			`"rows":[["0","0"],["1","1"]]`), asJSON},
	{"query-update", 200, ran("docs/v1/query", `"updatedRows":3`), asJSON},
	{"no-endpoint", 404, raised("NotFound", `the service has no such endpoint`), asJSON},
	{"no-service", 404, raised("NotFound", `no such service`), asJSON},
	{"other-action", 404, raised("NotFound", `no such action: an endpoint of kind query has no action run`), asJSON},
	{"endpoint-not-ascii", 404, raised("NotFound", `the service has no such endpoint`), asJSON},
	{"service-not-ascii", 404, raised("NotFound", `no such service`), asJSON},
	{"key-none", 401,
		raised("NotAuthenticated", `this service asks for credentials: send an API key or a token that is `+
			`valid for it in the Authorization header`), asJSON},
	{"key-unknown", 401,
		raised("NotAuthenticated", `this service asks for credentials: send an API key or a token that is `+
			`valid for it in the Authorization header`), asJSON},
	{"key-bearer-unknown", 401,
		raised("NotAuthenticated", `this service asks for credentials: send an API key or a token that is `+
			`valid for it in the Authorization header`), asJSON},
	{"key-not-ascii", 401,
		raised("NotAuthenticated", `this service asks for credentials: send an API key or a token that is `+
			`valid for it in the Authorization header`), asJSON},
	{"key-admin", 401,
		raised("NotAuthenticated", `this service asks for credentials: send an API key or a token that is `+
			`valid for it in the Authorization header`), asJSON},
	{"key-basic", 200, ran("keyed/v1/plain", `"response":{"a":1}`), asJSON},
	{"key-bearer", 200, ran("keyed/v1/plain", `"response":{"a":1}`), asJSON},
	{"key-both", 200, ran("keyed/v1/plain", `"response":{"a":1}`), asJSON},
}

// adminConformance is what the calls of the admin API come to, made in this order of a host without services.
var adminConformance = []conformance{
	{"admin-no-key", 401, raised("NotAuthenticated", `not authenticated: no Authorization header`), asJSON},
	{"admin-other-key", 401, raised("NotAuthenticated", `not authenticated: unknown API key`), asJSON},
	{"create", 200, `null`, asNothing},
	{"create-twice", 409, raised("Conflict", `exists already: service docs`), asJSON},
	{"create-not-ascii", 400,
		raised("IllegalArgument", `not a valid name: service "dócs": use letters, digits, _ and -, beginning `+
			`with a letter or digit, at most 64`), asJSON},
	{"list-services", 200, `[{"enabled":true,"generations":[],"mode":"newest","serviceId":"docs"}]`, asJSON},
	{"import", 200, `null`, asNothing},
	{"run-imported", 503, raised("ServiceUnavailable", `the service is disabled, or has nothing to serve`), asJSON},
	{"import-second", 200, `null`, asNothing},
	{"import-twice", 409,
		raised("Conflict", `exists already: generation v2 of service docs; generations never change, so `+
			`choose another name`), asJSON},
	{"import-none", 404, raised("NotFound", `not found: the host's disk has no /packages/é none.zip`), asJSON},
	{"preload", 200, `null`, asNothing},
	{"preload-none", 404, raised("NotFound", `not found: service docs has no generation v9`), asJSON},
	{"switch-to-newest", 200, `{"generation":"v2","ok":true}`, asJSON},
	{"run-newest", 200, ran("docs/v2/a", `"response":"two"`), asJSON},
	{"switch-to", 200, `null`, asNothing},
	{"run-switched", 200, ran("docs/v1/a", `"response":"one"`), asJSON},
	{"switch-to-none", 404, raised("NotFound", `not found: service docs has no generation v9`), asJSON},
	{"list-generations", 200,
		`[{"active":false,"generation":"v2","loaded":false,"proba":0},{"active":true,"generation":"v1",` +
			`"loaded":true,"proba":1}]`, asGenerations},
	{"disable", 200, `null`, asNothing},
	{"run-disabled", 503, raised("ServiceUnavailable", `the service is disabled, or has nothing to serve`), asJSON},
	{"list-disabled", 200, `[{"enabled":false,"generations":[{"active":false,"generation":"v2","loaded":false,"proba":0},` +
		`{"active":true,"generation":"v1","loaded":true,"proba":1}],"mode":"pinned","serviceId":"docs"}]`, asJSON},
	{"map", 200, `null`, asNothing},
	{"run-mapped", 200, ran("docs/v2/a", `"response":"two"`), asJSON},
	{"map-half", 400,
		raised("IllegalArgument", `mapping refused: the probabilities sum to 0.5, they must sum to 1`), asJSON},
	{"map-nothing", 400, raised("IllegalArgument", `mapping refused: it names no generation`), asJSON},
	{"map-none", 400, raised("IllegalArgument", `mapping refused: service docs has no generation v9`), asJSON},
	{"run-still", 200, ran("docs/v2/a", `"response":"two"`), asJSON},
	{"enable", 200, `null`, asNothing},
	{"add-key", 200,
		`{"createdOn":"2026-11-22T12:00:00Z","createdBy":"me","description":"builds","expiry":"2099-01-31T12:00:00Z","id":` +
			`"ID","key":"KEY","label":"ci é"}`, asJSON},
	{"add-key-plain", 200, `{"createdOn":"2026-11-22T12:00:00Z","id":"ID","key":"KEY"}`, asJSON},
	{"list-keys", 200,
		`[{"id":"ID"},{"createdOn":"2026-11-22T12:00:00Z","createdBy":"me","description":"builds","expiry":"2099-01-31T12:00:` +
			`00Z","id":"ID","label":"ci é"},{"createdOn":"2026-11-22T12:00:00Z","id":"ID"}]`, asJSON},
	{"list-as-other", 200, `[{"enabled":true,"generations":[{"active":true,"generation":"v2","loaded":true,"proba":1},` +
		`{"active":false,"generation":"v1","loaded":true,"proba":0}],"mode":"pinned","serviceId":"docs"}]`, asJSON},
	{"delete-key", 200, `null`, asNothing},
	{"list-as-deleted", 401, raised("NotAuthenticated", `not authenticated: unknown API key`), asJSON},
	{"delete-key-by-id", 200, `null`, asNothing},
	{"delete-key-none", 404, raised("NotFound", `not found: no key with this id`), asJSON},
	{"metrics", 200,
		`{"connections":1,"endpoints":1,"go":"go1.26","goroutines":1,"heapBytes":1,"memoryBudgetBytes":1,` +
			`"memoryBudgetUsedBytes":1,"services":1,"uptimeSeconds":0.5,` +
			`"version":"0.1.0"}`, asJSON},
	{"switch-away", 200, `null`, asNothing},
	{"clean-unused", 200, `{"services":[{"removed":["v1"],"serviceId":"docs"}]}`, asJSON},
	{"clear-models", 200, `null`, asNothing},
	{"clean-environments", 200, `{"ok":true}`, asJSON},
	{"import-model", 501,
		raised("NotSupported", `modules bring all that they need: this host has no caches of models and no `+
			`code environments`), asJSON},
	{"import-environment", 501,
		raised("NotSupported", `modules bring all that they need: this host has no caches of models and no `+
			`code environments`), asJSON},
	{"register-environment", 501,
		raised("NotSupported", `modules bring all that they need: this host has no caches of models and no `+
			`code environments`), asJSON},
	{"list-generations-none", 404, raised("NotFound", `not found: service "nobody"`), asJSON},
	{"delete", 200, `null`, asNothing},
	{"delete-twice", 404, raised("NotFound", `not found: service docs`), asJSON},
	{"run-deleted", 404, raised("NotFound", `no such service`), asJSON},
}
