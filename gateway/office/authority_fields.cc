#include "gateway/office/authority_fields.h"

#include <algorithm>

namespace fairfeed {
namespace {

std::uint32_t count(FieldReader& in, std::string_view field, std::uint32_t otherwise) {
    const std::int64_t value = in.number(field, std::int64_t{otherwise});
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, UINT32_MAX));
}

}  // namespace

TransactionContent read_dgmd_keys(FieldReader& in, const DraftGround&) {
    DgmdKeyChange out;
    out.keys.signing = in.hex<PublicKey>("signing_key");
    out.keys.agreement = in.hex<PublicKey>("agreement_key");
    return out;
}

TransactionContent read_policy(FieldReader& in, const DraftGround& ground) {
    const auto& before = ground.state.policy;
    WatchPolicy out = before ? before->policy : WatchPolicy{};
    WatchLimits& limits = out.limits;
    limits.warn_percent = in.number("warn_percent", limits.warn_percent);
    limits.exceed_percent = in.number("exceed_percent", limits.exceed_percent);
    limits.windows_exceeded = count(in, "windows", limits.windows_exceeded);
    limits.of_windows = count(in, "of_windows", limits.of_windows);
    out.most_per_week = count(in, "most_per_week", out.most_per_week);
    if (const auto fault = fault_of(out)) in.fail(std::string(*fault));
    return out;
}

std::vector<NoticeForm> forms_of_authority() {
    return {
        {"dgmd_keys",
         "Replace the keys of DGMD's own gateway, above all after it was stolen",
         {{"signing_key", "public key, 130 hex digits, as `gateway new-keys` prints it"},
          {"agreement_key", "public key, 130 hex digits"}},
         "signing_key=04... agreement_key=04..."},
        {"policy",
         "Set the limits of the capacity watch, and how many meters DGMD alone may deauthorise",
         {{"warn_percent", "of the certificate; as before if left out, first 110", true},
          {"exceed_percent", "of the certificate; as before if left out, first 115", true},
          {"windows", "k: exceeded so often; as before if left out, first 3", true},
          {"of_windows", "n: in so many windows; as before if left out, first 42", true},
          {"most_per_week",
           "meters that DGMD alone may deauthorise in seven days, 0 to 16; 0: none", true}},
         "windows=3 of_windows=42 most_per_week=2"},
    };
}

}  // namespace fairfeed
