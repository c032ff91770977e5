// Which code MKL, inside libtorch, takes for its products. On processors that are not Intel's it leaves its best code
// aside, whatever instructions they have: on AMD's Zen 4 its sgemm then runs at two thirds of the speed (150 against
// 200 GFLOP/s on two cores). It asks a function that libtorch exports; this one comes before it in the order of search.
#pragma once

extern "C" {

// 1 where MKL may choose by the instructions that the processor has (Intel's, or AVX2 and more), 0 where it is to be
// careful.
int mkl_serv_intel_cpu_true();
}
