;; Answers every request with its own frame as the value.
(module
  (memory (export "memory") 1 1)
  (data (i32.const 4096) "\92\01") ;; the head of a value, before the request
  (func (export "skep_v1_alloc") (param i32) (result i32)
    i32.const 4098)
  (func (export "skep_v1_call") (param i32 i32) (result i64)
    local.get 1
    i64.extend_i32_u
    i64.const 0x00001000_00000002 ;; 2 bytes at 4096
    i64.add))
