;; Leaves a function in its table.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\00") ;; [1, n]
  (table $t 1 funcref)
  (func $f)
  (elem declare func $f)
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (local $n i32)
    (local.set $n (select (i32.const 1) (i32.const 2) (ref.is_null (table.get $t (i32.const 0)))))
    (table.set $t (i32.const 0) (ref.func $f))
    (i32.store8 (i32.const 18) (local.get $n))
    (i64.const 0x0000001000000003)))
