//go:build gc

#include "textflag.h"

// Loops are what the compiler for WebAssembly is worst at: each of their turns goes through a table of all places in the
// function. Here they are loops. What they do stands in headers_wasm.go.

// func walkHeaders(b []byte, i, n int, list *Header) int
//
// R0 is the place, R1 the end, R2 how many pairs are left, R3 where the next one is put; R4 is a string's first byte, R5 and
// R6 are a name's place and length, R7 and R8 a value's.
TEXT ·walkHeaders(SB), NOSPLIT, $0-56
	I64Load b_base+0(FP)
	I64Load i+24(FP)
	I64Add
	Set R0
	I64Load b_base+0(FP)
	I64Load b_len+8(FP)
	I64Add
	Set R1
	I64Load n+32(FP)
	Set R2
	I64Load list+40(FP)
	Set R3
odd:
	Block
next:
		Loop
			Get R2
			I64Eqz
			If
				Get SP
				Get R0
				I64Load b_base+0(FP)
				I64Sub
				I64Store ret+48(FP)
				RET
			End
			Get R1
			Get R0
			I64Sub
			I64Const $3
			I64LtU
			BrIf odd
			Get R0
			I32WrapI64
			I64Load8U $0
			I64Const $0x92
			I64Ne
			BrIf odd

			Get R0
			I32WrapI64
			I64Load8U $1
			Tee R4
			I64Const $0x1f
			I64And
			Set R6
			Get R0
			I64Const $2
			I64Add
			Set R5
			Get R4
			I64Const $0xe0
			I64And
			I64Const $0xa0
			I64Ne
			If
				Get R4
				I64Const $0xd9
				I64Ne
				BrIf odd
				Get R0
				I32WrapI64
				I64Load8U $2
				Set R6
				Get R0
				I64Const $3
				I64Add
				Set R5
			End

			Get R5
			Get R6
			I64Add
			Tee R0
			Get R1
			I64GeU
			BrIf odd
			Get R0
			I32WrapI64
			I64Load8U $0
			Tee R4
			I64Const $0x1f
			I64And
			Set R8
			Get R0
			I64Const $1
			I64Add
			Set R7
			Get R4
			I64Const $0xe0
			I64And
			I64Const $0xa0
			I64Ne
			If
				Get R1 // a length may take two bytes
				Get R7
				I64Sub
				I64Const $2
				I64LtU
				BrIf odd
				Get R4
				I64Const $0xd9
				I64Eq
				If
					Get R7
					I32WrapI64
					I64Load8U $0
					Set R8
					Get R7
					I64Const $1
					I64Add
					Set R7
				Else
					Get R4
					I64Const $0xda
					I64Ne
					BrIf odd
					Get R7
					I32WrapI64
					I64Load8U $0
					I64Const $8
					I64Shl
					Get R7
					I32WrapI64
					I64Load8U $1
					I64Or
					Set R8
					Get R7
					I64Const $2
					I64Add
					Set R7
				End
			End
			Get R7
			Get R8
			I64Add
			Tee R0
			Get R1
			I64GtU
			BrIf odd

			Get R3
			I64Eqz
			I32Eqz
			If
				Get R3
				I32WrapI64
				Get R5
				I64Store $0
				Get R3
				I32WrapI64
				Get R6
				I64Store $8
				Get R3
				I32WrapI64
				Get R7 // but nothing points behind the last byte
				I64Const $0
				Get R8
				I32WrapI64
				Select
				I64Store $16
				Get R3
				I32WrapI64
				Get R8
				I64Store $24
				Get R3
				I64Const $32
				I64Add
				Set R3
			End
			Get R2
			I64Const $1
			I64Sub
			Set R2
			Br next
		End
	End
	Get SP
	I64Const $-1
	I64Store ret+48(FP)
	RET

// func findHeader(headers []Header, name string) int
//
// R0 is the header, R1 how many are left, R2 the name, R3 its length, R4 how many bytes of it are left, R5 the header's
// name, R6 and R7 a byte of each, R8 the last byte of the name in lower case.
TEXT ·findHeader(SB), NOSPLIT, $0-48
	I64Load headers_base+0(FP)
	Set R0
	I64Load headers_len+8(FP)
	Set R1
	I64Load name_base+24(FP)
	Set R2
	I64Load name_len+32(FP)
	Tee R3
	I64Eqz
	I32Eqz
	If
		Get R2
		Get R3
		I64Add
		I64Const $1
		I64Sub
		I32WrapI64
		I64Load8U $0
		I64Const $0x20
		I64Or
		Set R8
	End
header:
	Loop
		Get R1
		I64Eqz
		If
			Get SP
			I64Const $-1
			I64Store ret+40(FP)
			RET
		End
other:
		Block
			Get R0
			I32WrapI64
			I64Load $8
			Get R3
			I64Ne
			BrIf other
			Get R3
			Set R4
			Get R3
			I64Eqz
			I32Eqz
			If // names differ at their ends, if anywhere
				Get R0
				I32WrapI64
				I64Load $0
				Tee R5
				Get R3
				I64Add
				I64Const $1
				I64Sub
				I32WrapI64
				I64Load8U $0
				I64Const $0x20
				I64Or
				Get R8
				I64Ne
				BrIf other
			End
byte:
			Loop
				Get R4
				I64Eqz
				If
					Get SP
					I64Load headers_len+8(FP)
					Get R1
					I64Sub
					I64Store ret+40(FP)
					RET
				End
				Get R4
				I64Const $1
				I64Sub
				Set R4
				Get R5
				Get R4
				I64Add
				I32WrapI64
				I64Load8U $0
				Tee R6
				Get R2
				Get R4
				I64Add
				I32WrapI64
				I64Load8U $0
				Tee R7
				I64Eq
				BrIf byte
				Get R6
				Get R7
				I64Xor
				I64Const $0x20
				I64Ne
				BrIf other
				Get R6
				I64Const $0x20
				I64Or
				I64Const $97 // the letter a
				I64Sub
				I64Const $26
				I64LtU
				BrIf byte
			End
		End
		Get R0
		I64Const $32
		I64Add
		Set R0
		Get R1
		I64Const $1
		I64Sub
		Set R1
		Br header
	End
	UNDEF
