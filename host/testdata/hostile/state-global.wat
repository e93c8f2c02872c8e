;; Counts its calls in a global that it does not export.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\00") ;; [1, n]
  (global $count (mut i32) (i32.const 0))
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (local $n i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (local.set $n (global.get $count))
    (i32.store8 (i32.const 18) (local.get $n))
    (i64.const 0x0000001000000003)))
