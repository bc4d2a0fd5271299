// An inspector's record of a visit (paper A67): what is there, by nameplate, serial numbers and
// photos, signed where it was seen: COSE_Sign1 with domain `inspection`, kid the inspector's name
// (docs/protocol.md, "Inspection"). Only inspectors of the office in force count. Photos stay with
// the office; the record holds their SHA-256. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/office.h"
#include "core/model/reject.h"
#include "gateway/capacity/installation.h"

namespace fairfeed {

constexpr std::size_t kMaxSerials = 32;
constexpr std::size_t kMaxSerialBytes = 64;
constexpr std::size_t kMaxPhotos = 64;
constexpr std::size_t kMaxRemarkBytes = 500;
constexpr std::size_t kMaxInspectionBytes = 8192;

struct InspectionRecord {
    ApplicationId application;
    MeterId meter;
    Technology technology = Technology::solar;
    std::int64_t nameplate_w = 0;      // measured; 0: nothing generates here
    std::vector<std::string> serials;  // of what was found, a line each
    std::vector<Digest> photos;        // SHA-256 of the files
    std::int64_t visited_s = 0;        // Unix time
    std::string remark;                // a line without names of people; may be empty
    bool operator==(const InspectionRecord&) const = default;
};

// A record as an inspector signed it. The id is SHA-256 of the Sig_structure.
struct SignedInspection {
    InspectionRecord record;
    NodeId inspector;
    Digest id;
    Bytes envelope;
    bool operator==(const SignedInspection&) const = default;
};

// The first limit that the record breaks, for a person; empty: none.
[[nodiscard]] std::string fault_of(const InspectionRecord& record);

// The record must keep the limits.
[[nodiscard]] SignedInspection sign_inspection(const InspectionRecord& record,
                                               const NodeId& inspector, const Digest& network,
                                               const Signer& signer);
// The form alone. Faults: oversized, those of CBOR and COSE, unsupported_version, wrong_network,
// out_of_range (a limit).
[[nodiscard]] Result<SignedInspection, Reject> decode_inspection(ByteView envelope,
                                                                 const Digest& network);
// The form, the inspector, the signature. Faults: those of decode_inspection, not_a_member (no
// inspector of the office), malformed (a key that is no point), wrong_signature, high_s.
[[nodiscard]] Result<SignedInspection, Reject> open_inspection(ByteView envelope,
                                                               const Digest& network,
                                                               const Office& office);

}  // namespace fairfeed
