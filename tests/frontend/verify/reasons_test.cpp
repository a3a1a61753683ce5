// What stays outside of hardware is refused with why, and with what to do instead.
#include "frontend/verify/helpers.h"
#include "frontend/verify/reasons.h"

#include <gtest/gtest.h>

namespace pw::verify {
namespace {

TEST(Reasons, AreGivenForHelpersThatStayOutside) {
  for (const unsigned id :
       {unsigned(BPF_FUNC_sk_lookup_tcp), unsigned(BPF_FUNC_tcp_raw_gen_syncookie_ipv4),
        unsigned(BPF_FUNC_timer_start), unsigned(BPF_FUNC_snprintf), unsigned(BPF_FUNC_dynptr_read),
        unsigned(BPF_FUNC_map_lookup_percpu_elem), unsigned(BPF_FUNC_get_current_task)}) {
    EXPECT_STRNE(reason_against(id).why, "") << helper_name(id);
    EXPECT_STRNE(reason_against(id).remedy, "") << helper_name(id);
    EXPECT_EQ(signature(id), nullptr) << helper_name(id);
  }
}

TEST(Reasons, AreGivenForKernelFunctions) {
  EXPECT_STRNE(reason_against("bpf_xdp_ct_lookup").why, "");
  EXPECT_STRNE(reason_against("bpf_dynptr_from_xdp").why, "");
  EXPECT_STREQ(reason_against("unheard_of").why, "");
}

} // namespace
} // namespace pw::verify
