package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// point is what one value of an axis has shown. Times are in microseconds, memory is in bytes.
type point struct {
	Axis    string `json:"axis"`
	Value   int    `json:"value"`
	Line    string `json:"line"`
	Clients int    `json:"clients"` // connections
	Turns   int    `json:"turns"`   // medians of
	Full    bool   `json:"full"`    // turns were long enough for figures

	PerSecond float64 `json:"requests_per_second"`
	P50       float64 `json:"p50_us"`
	P99       float64 `json:"p99_us"`
	Alone     float64 `json:"alone_p50_us"` // of one client, while the others keep silent
	CPU       float64 `json:"cpu_us_per_request"`

	Resident int64 `json:"rss_bytes"`
	Share    int64 `json:"pss_bytes"`      // with all connections open, after a collection of garbage
	Peak     int64 `json:"peak_rss_bytes"` // under load
	Code     int64 `json:"code_bytes"`     // part of the others
}

// of takes over what the load has shown.
func (p *point) of(crowd, alone figures) {
	p.PerSecond, p.P50, p.P99, p.CPU = crowd.perSecond, micros(crowd.p50), micros(crowd.p99), micros(crowd.cpu)
	p.Alone = micros(alone.p50)
}

// remember takes over what memory the server has.
func (p *point) remember(b *testing.B, s *server) {
	b.Helper()
	loaded, err := memoryOf(s.pid)
	if err != nil {
		b.Skip(err)
	}
	if err := s.release(); err != nil {
		b.Fatal(err)
	}
	m, err := memoryOf(s.pid)
	if err != nil {
		b.Fatal(err)
	}
	p.Resident, p.Share, p.Peak, p.Code = m.resident, m.share, loaded.peak, m.code
}

func (p *point) report(b *testing.B) {
	b.ReportMetric(0, "ns/op") // its own time says nothing
	b.ReportMetric(p.PerSecond, "req/s")
	b.ReportMetric(p.P50, "p50-µs")
	b.ReportMetric(p.P99, "p99-µs")
	b.ReportMetric(p.Alone, "alone-µs")
	b.ReportMetric(p.CPU, "cpu-µs/req")
	b.ReportMetric(float64(p.Resident), "rss-B")
	b.ReportMetric(float64(p.Share), "pss-B")
	b.ReportMetric(float64(p.Peak), "peak-B")
	b.ReportMetric(float64(p.Code), "code-B")
}

// write keeps the point in a file of its own, in place of an earlier one.
func (p *point) write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%07d-%s.json", p.Axis, p.Value, p.Line)), append(text, '\n'), 0o644)
}

// readPoints are the points of an axis that were measured in full.
func readPoints(dir string, a axis) (points []point, err error) {
	for _, value := range a.values {
		for _, l := range a.lines {
			text, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%s-%07d-%s.json", a.name, value, l.name)))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			var p point
			if err := json.Unmarshal(text, &p); err != nil {
				return nil, err
			}
			if p.Full {
				points = append(points, p)
			}
		}
	}
	return points, nil
}
