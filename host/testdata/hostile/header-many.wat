;; 65 headers.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (data (i32.const 64) "\95\03\cd\00\c8\aatext/plain\c5\00\01x\dc\00A\92\a3X-0\a1a\92\a3X-1\a1a\92\a3X-2\a1a\92\a3X-3\a1a\92\a3X-4\a1a\92\a3X-5\a1a\92\a3X-6\a1a\92\a3X-7\a1a\92\a3X-8\a1a\92\a3X-9\a1a\92\a4X-10\a1a\92\a4X-11\a1a\92\a4X-12\a1a\92\a4X-13\a1a\92\a4X-14\a1a\92\a4X-15\a1a\92\a4X-16\a1a\92\a4X-17\a1a\92\a4X-18\a1a\92\a4X-19\a1a\92\a4X-20\a1a\92\a4X-21\a1a\92\a4X-22\a1a\92\a4X-23\a1a\92\a4X-24\a1a\92\a4X-25\a1a\92\a4X-26\a1a\92\a4X-27\a1a\92\a4X-28\a1a\92\a4X-29\a1a\92\a4X-30\a1a\92\a4X-31\a1a\92\a4X-32\a1a\92\a4X-33\a1a\92\a4X-34\a1a\92\a4X-35\a1a\92\a4X-36\a1a\92\a4X-37\a1a\92\a4X-38\a1a\92\a4X-39\a1a\92\a4X-40\a1a\92\a4X-41\a1a\92\a4X-42\a1a\92\a4X-43\a1a\92\a4X-44\a1a\92\a4X-45\a1a\92\a4X-46\a1a\92\a4X-47\a1a\92\a4X-48\a1a\92\a4X-49\a1a\92\a4X-50\a1a\92\a4X-51\a1a\92\a4X-52\a1a\92\a4X-53\a1a\92\a4X-54\a1a\92\a4X-55\a1a\92\a4X-56\a1a\92\a4X-57\a1a\92\a4X-58\a1a\92\a4X-59\a1a\92\a4X-60\a1a\92\a4X-61\a1a\92\a4X-62\a1a\92\a4X-63\a1a\92\a4X-64\a1a")
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (return (i64.const 0x0000004000000215))))
    (i64.const 0x0000001000000003)))
