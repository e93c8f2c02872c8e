;; It leaves a value of another type than it says.
;; wat2wasm: --no-check
(module
  (memory (export "memory") 1)
  (func (export "skep_v1_alloc") (param i32) (result i32) (i32.const 4096))
  (func (export "skep_v1_call") (param i32 i32) (result i64) (f32.const 0)))
