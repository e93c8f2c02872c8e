;; Takes memory until it is refused, touches all of it, and traps when there is no more.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (loop $on
          (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
          (memory.fill (i32.shl (i32.sub (memory.size) (i32.const 1)) (i32.const 16)) (i32.const 1) (i32.const 65536))
          (br $on))))
    (i64.const 0x0000001000000003)))
