package skep

import (
	"encoding/binary"
	"math"
	"math/bits"

	"skep/guest-sdk/go/skep/internal/codec"
)

// What stands before the class or number of a prediction, with and without probabilities, and before these.
const (
	headAlone  = "\x81\xaaprediction"
	headProbas = "\x82\xaaprediction"
	probasHead = "\xa6probas"
)

// fieldBytes is how many bytes encodeClass may write to, from where it is on, before it looks again.
const fieldBytes = 48

// encodeClass writes the fields of a prediction and says how many bytes they have: none where it has something about it,
// such as a number that is not finite. The room must have fieldBytes for each probability and for two more.
//
// Labels are of up to 16 bytes as a rule, and moved in words.
func encodeClass(room []byte, label string, probas []Proba) int {
	if len(probas) > maxUsual {
		return 0
	}
	b, text := room, label
	if len(b) < fieldBytes {
		return 0
	}
	binary.LittleEndian.PutUint64(b, codec.Word64(headProbas))
	binary.LittleEndian.PutUint32(b[8:], codec.Word32(headProbas[8:]))
	if len(probas) == 0 {
		b[0] = headAlone[0]
	}
	b = b[len(headProbas):]
	var seen uint64 // bits that stand for classes, each for several
	for j := -1; ; {
		if len(b) < fieldBytes {
			return 0
		}
		p := (*[fieldBytes]byte)(b)
		n := len(text)
		p[0] = 0xa0 | byte(n)
		var word, hash uint64
		if n >= 4 && n <= 8 {
			word = uint64(codec.Word32(text)) | uint64(codec.Word32(text[n-4:]))<<(8*uint(n-4)&63)
			hash = word
			binary.LittleEndian.PutUint64(p[1:], word)
		} else if n > 8 && n <= 16 {
			word = codec.Word64(text)
			last := codec.Word64(text[n-8:])
			binary.LittleEndian.PutUint64(p[1:], word)
			binary.LittleEndian.PutUint64(p[n-7:], last)
			hash = word ^ last<<1
			word |= last
		} else if n > 0 && n < 4 {
			word = uint64(text[0]) | uint64(text[n/2])<<(8*uint(n/2)&63) | uint64(text[n-1])<<(8*uint(n-1)&63)
			hash = word
			binary.LittleEndian.PutUint64(p[1:], word)
		} else {
			return 0
		}
		if word&highBits != 0 {
			return 0
		}
		b = b[n+1:]
		if j < 0 {
			if len(probas) == 0 {
				break
			}
			p := (*[9]byte)(b)
			binary.LittleEndian.PutUint64(p[:], codec.Word64("\xa6probas\x80"))
			p[7] = 0x80 | byte(len(probas))
			b = b[8:]
		} else {
			bit := uint64(1) << (hash * 0x9e3779b97f4a7c15 >> 58)
			number := math.Float64bits(probas[j].P)
			if number&infinity == infinity || seen&bit != 0 && among(probas[:j], text) {
				return 0
			}
			seen |= bit
			p := (*[9]byte)(b)
			p[0] = 0xcb
			binary.LittleEndian.PutUint64(p[1:], bits.ReverseBytes64(number))
			b = b[9:]
		}
		if j++; j == len(probas) {
			break
		}
		text = probas[j].Class
	}
	return len(room) - len(b)
}

const (
	// maxUsual is how many probabilities a prediction has as a rule: their number is one byte.
	maxUsual = 15
	highBits = 0x8080808080808080
	infinity = 0x7ff << 52 // these bits are set in what is not finite
)

// among says whether a class is one of these.
func among(probas []Proba, class string) bool {
	for i := range probas {
		if probas[i].Class == class {
			return true
		}
	}
	return false
}
