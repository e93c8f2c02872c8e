//go:build race

package sandbox

// raceDetector says that the race detector makes everything many times slower: deadlines of hostile guests mean nothing.
const raceDetector = true
