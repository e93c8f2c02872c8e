;; It sets the global behind its own last one, which would be the fuel.
;; wat2wasm: --no-check
(module
  (memory (export "memory") 1)
  (func (export "skep_v1_alloc") (param i32) (result i32) (i32.const 4096))
  (func (export "skep_v1_call") (param i32 i32) (result i64) (i64.const 0x7fffffffffffffff) (global.set 0) (i64.const 0)))
