package ingress

import "bytes"

// chunkLine reads the line that begins a chunk, without its line end: a size of one to eight hexadecimal digits, and
// extensions, which mean nothing here.
func chunkLine(line []byte) (size int64, digits int, r *refusal) {
	for ; digits < len(line) && digits <= 8; digits++ {
		v := unhex(line[digits])
		if v < 0 {
			break
		}
		size = size<<4 | int64(v)
	}
	if digits == 0 || digits > 8 {
		return 0, 0, errChunkLine
	}
	if rest := bytes.TrimLeft(line[digits:], " \t"); len(rest) > 0 && rest[0] != ';' {
		return 0, 0, errChunkLine
	}
	if control(line[digits:]) {
		return 0, 0, errChunkLine
	}
	return size, digits, nil
}

func unhex(c byte) int {
	switch {
	case digit(c):
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
