;; Grows its memory, writes there, and looks whether it was there before.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\00") ;; [1, n]
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (local $n i32)
    (local.set $len (i32.shl (memory.grow (i32.const 1)) (i32.const 16)))
    (local.set $n (i32.add (i32.load (local.get $len)) (i32.add (i32.sub (i32.shr_u (local.get $len) (i32.const 16)) (i32.const 1)) (i32.const 1))))
    (i32.store (local.get $len) (i32.const 7))
    (i32.store8 (i32.const 18) (local.get $n))
    (i64.const 0x0000001000000003)))
