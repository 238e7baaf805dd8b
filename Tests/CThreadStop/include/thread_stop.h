// tgkill(2), which Swift cannot call: a GNU extension, and syscall(2) is variadic.
#pragma once
int test_signal_thread(int process, int thread, int signal);
