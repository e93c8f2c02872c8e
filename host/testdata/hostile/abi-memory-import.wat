;; It takes its memory from another module.
(module
  (import "env" "memory" (memory 1))
  (export "memory" (memory 0))
  (func (export "skep_v1_alloc") (param i32) (result i32) (i32.const 4096))
  (func (export "skep_v1_call") (param i32 i32) (result i64) (i64.const 0)))
