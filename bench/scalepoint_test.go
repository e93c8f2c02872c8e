package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// point is what one value of an axis has shown. Times are in microseconds, memory is in bytes.
type point struct {
	Axis    string `json:"axis"`
	Value   int    `json:"value"`
	Line    string `json:"line"`
	Clients int    `json:"clients"` // connections
	Turns   int    `json:"turns"`   // medians of
	Full    bool   `json:"full"`    // turns were long enough for figures
	Where   string `json:"where"`   // day, Go and processors

	PerSecond float64 `json:"requests_per_second"`
	P50       float64 `json:"p50_us"`
	P99       float64 `json:"p99_us"`
	Alone     float64 `json:"alone_p50_us"` // of one client, while the others keep silent
	CPU       float64 `json:"cpu_us_per_request"`

	Resident int64 `json:"rss_bytes"`
	Share    int64 `json:"pss_bytes"`      // with all connections open, after a collection of garbage
	Peak     int64 `json:"peak_rss_bytes"` // under load
	Code     int64 `json:"code_bytes"`     // part of the others
	Shared   int64 `json:"pss_shmem_bytes"`
	Images   int64 `json:"images_bytes"` // of which the one before is what is mapped
}

// memory is what the server takes without code: images count whole and once.
func (p *point) memory() int64 { return p.Share - p.Shared + p.Images - p.Code }

// of takes over what the load has shown.
func (p *point) of(crowd, alone figures) {
	p.PerSecond, p.P50, p.P99, p.CPU = crowd.perSecond, micros(crowd.p50), micros(crowd.p99), micros(crowd.cpu)
	p.Alone = micros(alone.p50)
	p.Where = fmt.Sprintf("%s, %s, %s/%s, %d processors", time.Now().UTC().Format(time.DateOnly), runtime.Version(),
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
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
	p.Shared, p.Images = m.shared, m.images
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
	b.ReportMetric(float64(p.Images), "images-B")
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

// tableOf is the points of an axis as Markdown.
func tableOf(a axis, points []point) string {
	var t strings.Builder
	fmt.Fprintf(&t, "## %s\n\n%s; medians of %d turns.\n\n", a.name, points[0].Where, points[0].Turns)
	fmt.Fprintf(&t, "| %s | | requests/s | CPU µs/request | p50 ms | p99 ms | one client, p50 ms |", a.label)
	t.WriteString(" memory MB | code MB | RSS MB | PSS MB | most RSS MB |\n")
	t.WriteString("| ---: | --- |" + strings.Repeat(" ---: |", 10) + "\n")
	mega := func(bytes int64) string { return fmt.Sprintf("%.1f", float64(bytes)/1e6) }
	for _, p := range points {
		fmt.Fprintf(&t, "| %s | %s | %.0f | %.1f | %.3g | %.3g | %.3g | %s | %s | %s | %s | %s |\n",
			number(float64(p.Value)), p.Line, p.PerSecond, p.CPU, p.P50/1e3, p.P99/1e3, p.Alone/1e3,
			mega(p.memory()), mega(p.Code), mega(p.Resident), mega(p.Share), mega(p.Peak))
	}
	return t.String()
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
