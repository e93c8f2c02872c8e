;; Counts its calls in its memory.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\00") ;; [1, n]
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (local $n i32)
    (local.set $n (i32.add (i32.load (i32.const 8192)) (i32.const 1)))
    (i32.store (i32.const 8192) (local.get $n))
    (i32.store8 (i32.const 18) (local.get $n))
    (i64.const 0x0000001000000003)))
