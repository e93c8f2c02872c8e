;; Takes all memory and writes to each page of it, over and over: each first write is a page fault.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (drop (memory.grow (i32.const 249)))
        (loop $again
          (local.set $len (i32.const 8192))
          (loop $on
            (i32.store (local.get $len) (local.get $len))
            (br_if $on (i32.lt_u (local.tee $len (i32.add (local.get $len) (i32.const 4096))) (i32.const 16000000))))
          (br $again))))
    (i64.const 0x0000001000000003)))
