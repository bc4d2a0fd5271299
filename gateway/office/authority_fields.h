// The fields of notices that say what DGMD's own key may do: DGMD_KEYS and POLICY. Private to
// gateway/office; notice_fields.h has the rest.
#pragma once

#include <vector>

#include "gateway/office/field_reader.h"

namespace fairfeed {

[[nodiscard]] TransactionContent read_dgmd_keys(FieldReader& in, const DraftGround& ground);
// What is left out stays as it is in the policy in force, or in the defaults.
[[nodiscard]] TransactionContent read_policy(FieldReader& in, const DraftGround& ground);
[[nodiscard]] std::vector<NoticeForm> forms_of_authority();

}  // namespace fairfeed
