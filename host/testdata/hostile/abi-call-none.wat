;; It does not export skep_v1_call.
(module
  (memory (export "memory") 1)
  (func (export "skep_v1_alloc") (param i32) (result i32) (i32.const 4096)))
