// Empty: the C++ baselines include simdjson themselves where it is installed. This target only asks pkg-config how to
// link it, and asks nothing of who has it not.
#pragma once
