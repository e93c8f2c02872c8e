//go:build gc

#include "textflag.h"

// func putHeaders(b []byte, at int, headers []Header) int
//
// R0 is the place, R1 the end, R2 where the next string is told, R3 how many are left, R4 how many bytes of it are left, R5
// the next of them, R6 all of them together, R7 some.
TEXT ·putHeaders(SB), NOSPLIT, $0-64
	I64Load b_base+0(FP)
	I64Load at+24(FP)
	I64Add
	Set R0
	I64Load b_base+0(FP)
	I64Load b_len+8(FP)
	I64Add
	Set R1
	I64Load headers_base+32(FP)
	Set R2
	I64Load headers_len+40(FP)
	I64Const $1
	I64Shl
	Set R3
	I64Const $0
	Set R6
odd:
	Block
next:
		Loop
			Get R3
			I64Eqz
			If
				Get R6
				I64Const $0x8080808080808080
				I64And
				I64Eqz
				I32Eqz
				BrIf odd
				Get SP
				Get R0
				I64Load b_base+0(FP)
				I64Sub
				I64Store ret+56(FP)
				RET
			End
			Get R2
			I32WrapI64
			I64Load $0
			Set R5
			Get R2
			I32WrapI64
			I64Load $8
			Tee R4
			I64Const $4 // what may stand before it
			I64Add
			Get R1
			Get R0
			I64Sub
			I64GtU
			BrIf odd

			Get R3
			I64Const $1
			I64And
			I64Eqz
			If
				Get R0
				I32WrapI64
				I64Const $0x92
				I64Store8 $0
				Get R0
				I64Const $1
				I64Add
				Set R0
			End

			Get R4
			I64Const $32
			I64LtU
			If
				Get R0
				I32WrapI64
				Get R4
				I64Const $0xa0
				I64Or
				I64Store8 $0
				Get R0
				I64Const $1
				I64Add
				Set R0
			Else
				Get R4
				I64Const $256
				I64LtU
				If
					Get R0
					I32WrapI64
					Get R4
					I64Const $8
					I64Shl
					I64Const $0xd9
					I64Or
					I64Store16 $0
					Get R0
					I64Const $2
					I64Add
					Set R0
				Else
					Get R4
					I64Const $65536
					I64GeU
					BrIf odd
					Get R0
					I32WrapI64
					I64Const $0xda
					I64Store8 $0
					Get R0
					I32WrapI64
					Get R4
					I64Const $8
					I64ShrU
					I64Store8 $1
					Get R0
					I32WrapI64
					Get R4
					I64Store8 $2
					Get R0
					I64Const $3
					I64Add
					Set R0
				End
			End

words:
			Loop
				Get R4
				I64Const $8
				I64GeU
				If
					Get R0
					I32WrapI64
					Get R5
					I32WrapI64
					I64Load $0
					Tee R7
					I64Store $0
					Get R6
					Get R7
					I64Or
					Set R6
					Get R0
					I64Const $8
					I64Add
					Set R0
					Get R5
					I64Const $8
					I64Add
					Set R5
					Get R4
					I64Const $8
					I64Sub
					Set R4
					Br words
				End
			End
			Get R4
			I64Const $4
			I64GeU
			If
				Get R0
				I32WrapI64
				Get R5
				I32WrapI64
				I64Load32U $0
				Tee R7
				I64Store32 $0
				Get R6
				Get R7
				I64Or
				Set R6
				Get R0
				I64Const $4
				I64Add
				Set R0
				Get R5
				I64Const $4
				I64Add
				Set R5
				Get R4
				I64Const $4
				I64Sub
				Set R4
			End
bytes:
			Loop
				Get R4
				I64Eqz
				I32Eqz
				If
					Get R0
					I32WrapI64
					Get R5
					I32WrapI64
					I64Load8U $0
					Tee R7
					I64Store8 $0
					Get R6
					Get R7
					I64Or
					Set R6
					Get R0
					I64Const $1
					I64Add
					Set R0
					Get R5
					I64Const $1
					I64Add
					Set R5
					Get R4
					I64Const $1
					I64Sub
					Set R4
					Br bytes
				End
			End

			Get R2
			I64Const $16
			I64Add
			Set R2
			Get R3
			I64Const $1
			I64Sub
			Set R3
			Br next
		End
	End
	Get SP
	I64Const $-1
	I64Store ret+56(FP)
	RET
