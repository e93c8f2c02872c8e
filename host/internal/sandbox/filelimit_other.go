//go:build !unix

package sandbox

// maxSystemFiles is how many files all guests together may have open.
func maxSystemFiles() int64 { return manyFiles }
