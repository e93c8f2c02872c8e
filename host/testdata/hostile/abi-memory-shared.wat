;; Its memory is shared between threads.
;; wat2wasm: --enable-threads
(module
  (memory (export "memory") 1 1 shared)
  (func (export "skep_v1_alloc") (param i32) (result i32) (i32.const 4096))
  (func (export "skep_v1_call") (param i32 i32) (result i64) (i64.const 0)))
