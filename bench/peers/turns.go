package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// turn is one peer under load for some seconds.
type turn struct {
	Scenario string
	Peer     string
	Round    int
	Share    float64 `json:",omitempty"` // of its peak that the peer was given; 0: as much as it could take

	Wanted    float64 `json:",omitempty"` // requests a second that were to be sent, where there is a share
	PerSecond float64
	CPU       float64    // of the server, µs a request
	Latency   [4]float64 // percentiles 50, 90, 99 and 99.9, µs
}

// turnsFile keeps the turns of a run, one a line, for another run that goes on with it.
func turnsFile() string { return filepath.Join(buildDir, "turns.jsonl") }

// readTurns reads what an earlier run has done, or forgets it.
func readTurns(resume bool) (turns []turn, err error) {
	if !resume {
		err := os.Remove(turnsFile())
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return nil, err
	}
	f, err := os.Open(turnsFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for d := json.NewDecoder(f); d.More(); {
		var t turn
		if err := d.Decode(&t); err != nil {
			return nil, err
		}
		turns = append(turns, t)
	}
	return turns, nil
}

func writeTurn(t turn) error {
	f, err := os.OpenFile(turnsFile(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(json.NewEncoder(f).Encode(t), f.Close())
}

// peak is the median of what a peer has answered in a second.
func (r *runner) peak(scenario, peer string) float64 {
	var all []float64
	for _, t := range r.turns {
		if t.Scenario == scenario && t.Peer == peer && t.Share == 0 {
			all = append(all, t.PerSecond)
		}
	}
	return median(all)
}
