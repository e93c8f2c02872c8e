//go:build race

package host_test

// raceDetector says that the race detector makes everything many times slower: deadlines of hostile guests mean nothing.
const raceDetector = true
