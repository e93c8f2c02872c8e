;; It imports a function that no host offers.
(module
  (import "env" "system" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "skep_v1_alloc") (param i32) (result i32) (i32.const 4096))
  (func (export "skep_v1_call") (param i32 i32) (result i64) (i64.const 0)))
