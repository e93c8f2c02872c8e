package skep

import (
	"strings"
	"unicode/utf8"

	"skep/abi"
)

// Debug writes to the endpoint's log, one entry for each line of msg. Lines longer than 16 KiB are cut.
func (r *request) Debug(msg string) { writeLog(abi.LevelDebug, msg) }

// Info is [Call.Debug] at the level of what is worth knowing.
func (r *request) Info(msg string) { writeLog(abi.LevelInfo, msg) }

// Warn is [Call.Debug] at the level of what should not be so.
func (r *request) Warn(msg string) { writeLog(abi.LevelWarn, msg) }

// Error is [Call.Debug] at the level of what failed.
func (r *request) Error(msg string) { writeLog(abi.LevelError, msg) }

func writeLog(level abi.Level, msg string) {
	for line := range strings.SplitSeq(strings.TrimRight(msg, "\r\n"), "\n") {
		hostLog(int32(level), text(line, abi.MaxLogLine))
	}
}

// text makes s valid UTF-8 of at most limit bytes.
func text(s string, limit int) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
