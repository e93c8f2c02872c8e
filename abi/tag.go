package abi

// Tag is the first item of a result frame and says what the others mean. Numbers are wire values and never change.
type Tag uint8

// Tags of a result frame. Zero is never valid, so that a zeroed frame is an error.
const (
	// TagValue is [1, value]: status 200, the value in the envelope of the endpoint's kind.
	TagValue Tag = 1
	// TagError is [2, status, message] or [2, status, message, type]: that status and a JSON error body.
	TagError Tag = 2
	// TagCustom is [3, status, content type, body, headers]: the reply itself, no envelope. Functions only.
	TagCustom Tag = 3
	// TagJSON is [4, text]: as TagValue, the value being JSON text.
	TagJSON Tag = 4
)

var tagNames = [...]string{TagValue: "value", TagError: "error", TagCustom: "custom", TagJSON: "json"}

// String is the tag's name, "invalid" for a tag that does not exist.
func (t Tag) String() string {
	if int(t) < len(tagNames) && t != 0 {
		return tagNames[t]
	}
	return "invalid"
}
