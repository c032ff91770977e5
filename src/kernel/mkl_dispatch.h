// Lets MKL, inside libtorch, use its best code. On processors that are not Intel's MKL uses slower code, whatever
// instructions they have: on AMD's Zen 4 its sgemm then runs at three quarters of the speed (150 against 200 GFLOP/s on
// two cores). MKL asks a function that libtorch exports; the loader finds this one first.
#pragma once

extern "C" {

// Returns 1 if MKL may choose by the processor's instructions (Intel's processors, or AVX2 and more), else 0.
int mkl_serv_intel_cpu_true();
}
