package wasmbin

import "slices"

// A function on no cycle of the call graph charges the stack budget only if its frame takes bigFrame bytes, or if such
// functions can call each other longChain deep: so that all together they take not much more than the budget.
const (
	bigFrame  = 1 << 10
	longChain = 1 << 10
)

// deep tells of each of the module's own functions whether it charges the stack budget whatever its frame: those on a
// cycle of the call graph, which may call themselves, directly or through others. An indirect call may reach every
// function that a reference is made of. On the way it learns what callers must know.
func (w *rewriter) deep() []bool {
	own := len(w.bodies)
	indirect := own // a node of its own, which stands for all indirect calls
	calls := make([][]uint32, own+1)
	self := make([]bool, own)
	w.callees = make([]callee, own)
	var in instruction
	for i, body := range w.bodies {
		r := body
		for n := r.u32("number of groups of locals"); n > 0 && r.err == nil; n-- {
			r.u32("number of locals")
			r.valueType()
		}
		for r.err == nil && r.more() {
			r.next(&in)
			w.callees[i].add(w.module, &in)
			switch {
			case in.op == opCall && in.index >= w.imported && in.index < uint32(len(w.functions)):
				callee := in.index - w.imported
				calls[i] = append(calls[i], callee)
				self[i] = self[i] || int(callee) == i
			case in.op == opRefFunc && in.index < uint32(len(w.functions)):
				w.escaped[in.index] = true
			case in.op == opCallIndirect:
				calls[i] = append(calls[i], uint32(indirect))
			}
		}
	}
	for f, escapes := range w.escaped {
		if escapes && uint32(f) >= w.imported {
			calls[indirect] = append(calls[indirect], uint32(f)-w.imported)
		}
	}
	component, size := components(calls)
	out := make([]bool, own, own+1)
	for i := range out {
		out[i] = self[i] || size[component[i]] > 1
	}
	if longest(calls, component, append(out, true)) >= longChain {
		for i := range out {
			out[i] = true
		}
	}
	return out
}

// longest is the most nodes on any way through the graph, those not counted that are in out; nodes on a cycle must be.
func longest(edges [][]uint32, component []int, out []bool) int {
	order := make([]int, len(edges))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return component[a] - component[b] }) // what is called comes first
	most := make([]int, len(edges))                                                   // of each component, on the ways that begin there
	for _, node := range order {
		n := 0
		for _, to := range edges[node] {
			n = max(n, most[component[to]])
		}
		if !out[node] {
			n++
		}
		most[component[node]] = max(most[component[node]], n)
	}
	return slices.Max(most)
}

// components finds the strongly connected components of a graph (Tarjan's algorithm, without recursion) and gives each
// node's component and each component's size. A component has a lower number than those that lead to it.
func components(edges [][]uint32) (component []int, size []int) {
	const unseen = -1
	n := len(edges)
	component = make([]int, n)
	order, low := make([]int, n), make([]int, n)
	for i := range order {
		component[i], order[i] = unseen, unseen
	}
	type visit struct{ node, edge int }
	var path []visit
	var open []int // nodes without a component, in the order in which they were met
	next := 0
	for root := range edges {
		if order[root] != unseen {
			continue
		}
		path = append(path, visit{node: root})
		for len(path) > 0 {
			v := &path[len(path)-1]
			if v.edge == 0 {
				order[v.node], low[v.node] = next, next
				next++
				open = append(open, v.node)
			}
			if v.edge < len(edges[v.node]) {
				to := int(edges[v.node][v.edge])
				v.edge++
				switch {
				case order[to] == unseen:
					path = append(path, visit{node: to})
				case component[to] == unseen:
					low[v.node] = min(low[v.node], order[to])
				}
				continue
			}
			if low[v.node] == order[v.node] {
				members := 0
				for {
					member := open[len(open)-1]
					open = open[:len(open)-1]
					component[member] = len(size)
					members++
					if member == v.node {
						break
					}
				}
				size = append(size, members)
			}
			done := *v
			path = path[:len(path)-1]
			if len(path) > 0 {
				parent := path[len(path)-1].node
				low[parent] = min(low[parent], low[done.node])
			}
		}
	}
	return component, size
}

// add takes an instruction of the function into account.
func (c *callee) add(m *module, in *instruction) {
	c.calls = c.calls || in.op == opCallIndirect || in.op == opCall && in.index >= m.imported
	c.loops = c.loops || in.op == opLoop
	c.way += m.cost(in)
	if in.op.touches() {
		c.way += touchWay
	}
}
