package admin

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"

	"skep/host/internal/activate"
	"skep/host/internal/auth"
	"skep/host/internal/rollout"
	"skep/host/internal/store"
)

// failure is what a client is told. Who has an admin key may read the host's files anyway, so that messages may name
// them.
type failure struct {
	status    int
	errorType string
	message   string
}

func (f failure) Error() string { return f.message }

func badRequest(message string) failure {
	return failure{http.StatusBadRequest, "IllegalArgument", message}
}

var internalError = failure{http.StatusInternalServerError, "InternalError", "the server failed to answer; its log has the reason"}

// failures say for each error of a change what the client gets. The first match counts.
var failures = []struct {
	err       error
	status    int
	errorType string
}{
	{auth.ErrNotAuthenticated, http.StatusUnauthorized, "NotAuthenticated"},
	{store.ErrNotFound, http.StatusNotFound, "NotFound"},
	{store.ErrExists, http.StatusConflict, "Conflict"},
	{store.ErrInUse, http.StatusConflict, "Conflict"},
	{rollout.ErrPlan, http.StatusBadRequest, "IllegalArgument"},
	{rollout.ErrNoSingle, http.StatusConflict, "Conflict"},
	{store.ErrMapping, http.StatusBadRequest, "IllegalArgument"},
	{store.ErrName, http.StatusBadRequest, "IllegalArgument"},
	{store.ErrPackage, http.StatusUnprocessableEntity, "PackageRefused"},
	{activate.ErrRefused, http.StatusUnprocessableEntity, "GenerationRefused"},
	{store.ErrFull, http.StatusInsufficientStorage, "DiskFull"},
	{store.ErrState, http.StatusInternalServerError, "StateUnreadable"},
	{fs.ErrPermission, http.StatusInternalServerError, "PermissionDenied"},
	{fs.ErrNotExist, http.StatusNotFound, "NotFound"},
}

func failureOf(err error) failure {
	var f failure
	if errors.As(err, &f) {
		return f
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return failure{http.StatusRequestEntityTooLarge, "PayloadTooLarge", "the body is larger than this request takes"}
	}
	for _, row := range failures {
		if errors.Is(err, row.err) {
			return failure{row.status, row.errorType, err.Error()}
		}
	}
	return failure{internalError.status, internalError.errorType, err.Error()}
}

// errorBody is what the API node's clients make an exception of.
type errorBody struct {
	ErrorType       string `json:"errorType"`
	Message         string `json:"message"`
	DetailedMessage string `json:"detailedMessage"`
}

func writeError(w http.ResponseWriter, f failure) {
	writeJSON(w, f.status, errorBody{f.errorType, f.message, f.message})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the client may be gone
}

// ok is the answer to a change that has nothing else to say.
type ok struct {
	OK         bool   `json:"ok"`
	Generation string `json:"generation,omitempty"`
}
