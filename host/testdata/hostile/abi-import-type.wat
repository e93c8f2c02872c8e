;; It imports a function of the host with another signature.
(module
  (import "skep_v1" "log" (func (param i64)))
  (memory (export "memory") 1)
  (func (export "skep_v1_alloc") (param i32) (result i32) (i32.const 4096))
  (func (export "skep_v1_call") (param i32 i32) (result i64) (i64.const 0)))
