package skep

// stockOf is memory for predictions: some that lies together with all that a small request takes, so that this writes to
// one page, and more for larger ones. After that it is taken of the allocator in large pieces.
type stockOf[T any] struct{ left, more []T }

// next has room for n at least.
func (s *stockOf[T]) next(n, piece int) []T {
	if n > len(s.left) {
		s.left, s.more = s.more, nil
	}
	if n > len(s.left) {
		s.left = make([]T, max(n, piece))
	}
	return s.left
}

// take hands out the first n of that room.
func (s *stockOf[T]) take(n int) []T {
	taken := s.left[:n:n]
	s.left = s.left[n:]
	return taken
}

// How large the stock is, and the pieces after it.
const (
	fewPredictions  = 16
	fewFields       = 3 << 10
	manyPredictions = 128
	manyFields      = 16 << 10
)

// stockPredictions fills the stock. With less than 4 KiB and more than half of that, what a small request takes is an
// object that fills a page.
func (s *stock) stockPredictions() {
	few := new(struct {
		predictions [fewPredictions]Prediction
		fields      [fewFields]byte
	})
	s.predictions = stockOf[Prediction]{few.predictions[:], make([]Prediction, manyPredictions)}
	s.fields = stockOf[byte]{few.fields[:], make([]byte, manyFields)}
}

// newPredictions is a list of ignored records.
func newPredictions(n int) []Prediction {
	s := stocked
	if s == nil || n > manyPredictions {
		return make([]Prediction, n)
	}
	s.predictions.next(n, manyPredictions)
	return s.predictions.take(n)
}

// roomForFields is room for the fields of a prediction with so many probabilities. It is taken by keepFields.
func roomForFields(probas int) []byte {
	need := fieldBytes * (probas + 2)
	s := stocked
	switch {
	case s == nil:
		return make([]byte, need)
	case need <= len(s.fields.left):
		return s.fields.left
	}
	return s.fields.next(need, manyFields)
}

// keepFields takes the first n bytes of that room.
func keepFields(room []byte, n int) []byte {
	if s := stocked; s != nil {
		s.fields.left = room[n:]
	}
	return room[:n:n]
}
