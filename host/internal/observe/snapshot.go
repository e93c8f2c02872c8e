package observe

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Snapshot is what a host is at one moment.
type Snapshot struct {
	Pools       []Pool         // of the endpoints that serve
	Generations map[string]int // that are loaded, by service
	Connections int            // of clients
	// MemoryUsed is what the memory budget is charged for, in bytes; MemoryLimit is the budget.
	MemoryUsed, MemoryLimit int64
	// Compiled is how many modules were compiled since the start, Loaded how many had kept code that could be used.
	Compiled, Loaded uint64
	CompileTime      time.Duration
	// Dropped is how many lines the access log and the audit log have lost, by the log's name.
	Dropped map[string]uint64
}

// Pool is how the instances of an endpoint of one generation are.
type Pool struct {
	Service, Endpoint, Generation string
	Idle, InUse, Waiting, Ceil    int
	Memory                        int64 // bytes
}

// snapshots makes metrics of what a host is when it is asked.
type snapshots struct{ look func() Snapshot }

var (
	instancesDesc = ofGeneration("skep_pool_instances", "Instances of an endpoint.", "state")
	waitingDesc   = ofGeneration("skep_pool_waiting", "Requests that wait for an instance.")
	ceilDesc      = ofGeneration("skep_pool_ceiling", "The most instances that there may be.")
	memoryDesc    = ofGeneration("skep_memory_bytes", "What the memory budget is charged for an endpoint.")

	generationsDesc = prometheus.NewDesc("skep_generations_loaded", "Generations that answer requests.",
		[]string{"service"}, nil)
	droppedDesc = prometheus.NewDesc("skep_records_dropped_total", "Lines that a file of records has lost.",
		[]string{"log"}, nil)
	connectionsDesc = plain("skep_connections", "Open connections of clients.")
	usedDesc        = plain("skep_memory_budget_used_bytes", "What the memory budget is charged for.")
	limitDesc       = plain("skep_memory_budget_bytes", "The memory budget of all endpoints.")
	compiledDesc    = plain("skep_modules_compiled_total", "Modules that were compiled.")
	loadedDesc      = plain("skep_modules_reused_total", "Modules whose compiled code was kept.")
	compilingDesc   = plain("skep_compile_seconds_total", "Time that compilations took.")
)

func plain(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }

func ofGeneration(name, help string, more ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, append([]string{"service", "endpoint", "generation"}, more...), nil)
}

// Describe names no metric: there may be none of some.
func (snapshots) Describe(chan<- *prometheus.Desc) {}

// Collect gives the metrics of this moment.
func (s snapshots) Collect(to chan<- prometheus.Metric) {
	now := s.look()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	counter := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, value, labels...)
	}
	for _, p := range now.Pools {
		gauge(instancesDesc, float64(p.Idle), p.Service, p.Endpoint, p.Generation, "idle")
		gauge(instancesDesc, float64(p.InUse), p.Service, p.Endpoint, p.Generation, "in_use")
		gauge(waitingDesc, float64(p.Waiting), p.Service, p.Endpoint, p.Generation)
		gauge(ceilDesc, float64(p.Ceil), p.Service, p.Endpoint, p.Generation)
		gauge(memoryDesc, float64(p.Memory), p.Service, p.Endpoint, p.Generation)
	}
	for service, n := range now.Generations {
		gauge(generationsDesc, float64(n), service)
	}
	gauge(connectionsDesc, float64(now.Connections))
	gauge(usedDesc, float64(now.MemoryUsed))
	gauge(limitDesc, float64(now.MemoryLimit))
	counter(compiledDesc, float64(now.Compiled))
	counter(loadedDesc, float64(now.Loaded))
	counter(compilingDesc, now.CompileTime.Seconds())
	for log, n := range now.Dropped {
		counter(droppedDesc, float64(n), log)
	}
}
