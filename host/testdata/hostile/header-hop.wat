;; Headers that say how the connection and the length of the answer are.
(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\92\01\01") ;; [1, 1]: the value 1
  (data (i32.const 64) "\95\03\cd\00\c8\aatext/plain\c5\00\0ctwelve bytes\9a\92\aaConnection\a5close\92\aaKeep-Alive\a9timeout=9\92\b1Transfer-Encoding\a7chunked\92\aeContent-Length\a13\92\a7Upgrade\a3h2c\92\a4Host\a4evil\92\a7Trailer\a3X-A\92\a2TE\a8trailers\92\b2Proxy-Authenticate\a5Basic\92\aeHTTP2-Settings\a2AA")
  (func (export "skep_v1_alloc") (param $len i32) (result i32)
    (i32.const 4096))
  (func (export "skep_v1_call") (param $ptr i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 1000))
      (then
        (return (i64.const 0x00000040000000d4))))
    (i64.const 0x0000001000000003)))
