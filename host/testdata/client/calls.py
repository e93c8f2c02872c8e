"""The calls that the real Python client makes of a host, by the names that the Go tests know them by."""

import os
import tempfile
from dataclasses import dataclass

from dataikuapi import APINodeAdminClient, APINodeClient

NAN, INFINITY = float("nan"), float("inf")


@dataclass
class Place:
    """Where the calls go."""

    user: str
    admin: str
    admin_key: str
    packages: str


def whole(response):
    """All of an answer that a custom response can decide."""
    return {
        "status": response.status_code,
        "type": response.headers["Content-Type"],
        "headers": [[k, v] for k, v in response.raw.headers.items() if k in ("Machin", "Set-Cookie", "Content-Encoding")],
        "body": response.content.hex(),
    }


def with_netrc(function):
    """Calls where a file of the user's has a key for this machine, which the client sends though it was given none."""
    with tempfile.NamedTemporaryFile("w", suffix=".netrc") as file:
        file.write("machine 127.0.0.1 login netrc-user password netrc-secret\n")
        file.flush()
        before, os.environ["NETRC"] = os.environ["NETRC"], file.name
        try:
            return function()
        finally:
            os.environ["NETRC"] = before


def user(place):
    slash = place.user + "/"  # as the client's documentation has it, so that requests have two slashes
    docs = APINodeClient(slash, "docs", api_key="user-key")
    anonymous = APINodeClient(place.user, "docs")
    keyed = lambda **kwargs: APINodeClient(slash, "keyed", **kwargs)
    good = {"f0": 1.5, "f1": -0.5, "f2": 0, "f3": 0.5}

    return [
        # functions
        ("run", lambda: docs.run_function("plain", a=1, b=0.5, text="é 日本 🐝", yes=True, none=None, list=[1, "a", [{}]])),
        ("run-nothing", lambda: docs.run_function("plain")),
        ("run-single-slash", lambda: anonymous.run_function("plain", a=1)),
        ("run-dispatch", lambda: docs.run_function("plain", dispatch={"forcedGeneration": "v9"})),
        ("run-nan", lambda: docs.run_function("plain", x=NAN, y=INFINITY, z=-INFINITY)),
        ("run-integers", lambda: docs.run_function("plain", max=2**64 - 1, min=-(2**63), odd=2**53 + 1)),
        ("run-large-integer", lambda: docs.run_function("plain", n=2**70)),
        ("run-untouched", lambda: docs.run_function("untouched", n=2**70, x=NAN, text="é")),
        ("run-netrc", lambda: with_netrc(lambda: anonymous.run_function("plain", a=1))),
        # custom responses
        ("custom-json", lambda: docs.run_function("json")),
        ("custom-text-as-json", lambda: docs.run_function("text")),
        ("custom-text", lambda: docs._perform_text("POST", "text/run")),
        ("custom-text-body", lambda: docs._perform_text("POST", "text/run", body={"a": 1})),
        ("custom-xml", lambda: docs._perform_text("POST", "xml/run")),
        ("custom-headers", lambda: whole(docs._perform_raw("POST", "headers/run"))),
        ("custom-direct", lambda: whole(docs._perform_raw("POST", "direct/run"))),
        ("custom-image", lambda: whole(docs._perform_raw("POST", "image/run"))["type"]),
        # errors of functions
        ("exception", lambda: anonymous.run_function("exception", p1=1, p2=2)),
        ("exception-authorized", lambda: docs.run_function("exception", p1=1, p2=2)),
        ("exception-argument", lambda: docs.run_function("exception", p1=1)),
        ("panic", lambda: docs.run_function("faults", how="panic")),
        ("after-panic", lambda: docs.run_function("faults", how="well")),
        # predictions
        ("predict", lambda: docs.predict_record("classify", good)),
        ("predict-everything", lambda: docs.predict_record(
            "classify", good, forced_generation="v1", dispatch_key="u42", context={"user": "é"}, with_explanations=True,
            explanation_method="SHAPLEY", n_explanations=3, n_explanations_mc_steps=100)),
        ("predict-dispatch-key", lambda: docs.predict_record("classify", good, dispatch_key="u42")),
        ("predict-other-generation", lambda: docs.predict_record("classify", good, forced_generation="v9")),
        ("predict-ignored", lambda: docs.predict_record("classify", {"f0": NAN})),
        ("predict-exception", lambda: anonymous.predict_record("classify", good)),
        ("predict-number", lambda: docs.predict_record("regress", {"f0": 1, "f1": 0, "f2": 0, "f3": 0})),
        ("predict-records", lambda: docs.predict_records(
            "classify", [{"features": good}, {"features": {}, "context": {"n": 1}}, {"features": good}])),
        ("predict-no-records", lambda: docs.predict_records("classify", [])),
        # the other kinds
        ("forecast", lambda: docs.forecast("forecast", [{"y": 1}, {"y": 4}])),
        ("forecast-dispatched", lambda: docs.forecast("forecast", [{"y": 4}], forced_generation="v1")),
        ("effect", lambda: docs.predict_effect("effect", {"x": 1})),
        ("effects", lambda: docs.predict_effects("effect", [{"features": {"x": 1}}, {"features": {}}])),
        ("lookup", lambda: docs.lookup_record("lookup", {"country": "D"}, context={"a": 1})),
        ("lookup-no-match", lambda: docs.lookup_record("lookup", {"country": "X"})),
        ("lookup-no-key", lambda: docs.lookup_record("lookup", {})),
        ("lookup-records", lambda: docs.lookup_records(
            "lookup", [{"data": {"country": "X"}}, {"data": {"country": "F"}}])),
        ("query", lambda: docs.sql_query("query", {"n": 3})),
        ("query-nothing", lambda: docs.sql_query("query", {})),
        ("query-update", lambda: docs.sql_query("query", {"n": -3})),
        # what is not there
        ("no-endpoint", lambda: docs.run_function("nowhere")),
        ("no-service", lambda: APINodeClient(slash, "nowhere").run_function("plain")),
        ("other-action", lambda: docs.run_function("query")),
        ("endpoint-not-ascii", lambda: docs.run_function("é 日本")),
        ("service-not-ascii", lambda: APINodeClient(slash, "dócs 1").run_function("plain")),
        # keys
        ("key-none", lambda: keyed().run_function("plain")),
        ("key-unknown", lambda: keyed(api_key="other-key").run_function("plain")),
        ("key-bearer-unknown", lambda: keyed(bearer_token="other-key").run_function("plain")),
        ("key-not-ascii", lambda: keyed(api_key="clé").run_function("plain")),
        ("key-admin", lambda: keyed(api_key=place.admin_key).run_function("plain")),
        ("key-basic", lambda: keyed(api_key="user-key").run_function("plain", a=1)),
        ("key-bearer", lambda: keyed(bearer_token="user-key").run_function("plain", a=1)),
        ("key-both", lambda: keyed(api_key="user-key", bearer_token="other-key").run_function("plain", a=1)),
    ]


def admin(place):
    client = APINodeAdminClient(place.admin + "/", place.admin_key)
    service, nobody, keys = client.service("docs"), client.service("nobody"), client.auth()
    calls = APINodeClient(place.user + "/", "docs")
    made = {}

    def add_key(name, **kwargs):
        made[name] = keys.add_key(**kwargs)
        return made[name]

    def mapping(*shares):
        return {"entries": [{"generation": g, "proba": p} for g, p in shares]}

    return [
        # services
        ("admin-no-key", lambda: APINodeAdminClient(place.admin, "").list_services()),
        ("admin-other-key", lambda: APINodeAdminClient(place.admin, "user-key").list_services()),
        ("create", lambda: client.create_service("docs")),
        ("create-twice", lambda: client.create_service("docs")),
        ("create-not-ascii", lambda: client.create_service("dócs")),
        ("list-services", lambda: client.list_services()),
        # generations
        ("import", lambda: service.import_generation_from_archive(place.packages + "/v1.zip")),
        ("run-imported", lambda: calls.run_function("a")),
        ("import-second", lambda: service.import_generation_from_archive(place.packages + "/v2.zip")),
        ("import-twice", lambda: service.import_generation_from_archive(place.packages + "/v2.zip")),
        ("import-none", lambda: service.import_generation_from_archive(place.packages + "/é none.zip")),
        ("preload", lambda: service.preload_generation("v1")),
        ("preload-none", lambda: service.preload_generation("v9")),
        ("switch-to-newest", lambda: service.switch_to_newest()),
        ("run-newest", lambda: calls.run_function("a")),
        ("switch-to", lambda: service.switch_to_single_generation("v1")),
        ("run-switched", lambda: calls.run_function("a")),
        ("switch-to-none", lambda: service.switch_to_single_generation("v9")),
        ("list-generations", lambda: service.list_generations()),
        # mappings
        ("disable", lambda: service.disable()),
        ("run-disabled", lambda: calls.run_function("a")),
        ("list-disabled", lambda: client.list_services()),
        ("map", lambda: service.set_generations_mapping(mapping(("v1", 0), ("v2", 1)))),
        ("run-mapped", lambda: calls.run_function("a")),
        ("map-half", lambda: service.set_generations_mapping(mapping(("v1", 0.5)))),
        ("map-nothing", lambda: service.set_generations_mapping({})),
        ("map-none", lambda: service.set_generations_mapping(mapping(("v9", 1)))),
        ("run-still", lambda: calls.run_function("a")),
        ("enable", lambda: service.enable()),
        # keys
        ("add-key", lambda: add_key("first", label="ci é", description="builds", created_by="me",
                                    expiry="2099-01-31T12:00:00Z")),
        ("add-key-plain", lambda: add_key("second")),
        ("list-keys", lambda: keys.list_keys()),
        ("list-as-other", lambda: APINodeAdminClient(place.admin, made["second"]["key"]).list_services()),
        ("delete-key", lambda: keys.delete_key(made["second"]["key"])),
        ("list-as-deleted", lambda: APINodeAdminClient(place.admin, made["second"]["key"]).list_services()),
        ("delete-key-by-id", lambda: keys.delete_key_by_id(made["first"]["id"])),
        ("delete-key-none", lambda: keys.delete_key_by_id("none")),
        # operation
        ("metrics", lambda: client.get_metrics()),
        ("switch-away", lambda: service.switch_to_single_generation("v2")),
        ("clean-unused", lambda: client.clean_unused_services_and_generations()),
        ("clear-models", lambda: client.clear_model_cache()),
        ("clean-environments", lambda: client.clean_code_env_cache()),
        ("import-model", lambda: client.import_model_archive_in_cache("/m.zip")),
        ("import-environment", lambda: client.import_code_env_in_cache("/e", "python")),
        ("register-environment", lambda: client.register_code_env_in_cache("/e", "/b", "python")),
        # the end
        ("list-generations-none", lambda: nobody.list_generations()),
        ("delete", lambda: service.delete()),
        ("delete-twice", lambda: service.delete()),
        ("run-deleted", lambda: calls.run_function("a")),
    ]


GROUPS = [user, admin]
