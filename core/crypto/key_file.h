// Keys on disk: PEM, mode 0600, never overwritten, refused when others may read them (threat:
// keys).
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "core/base/result.h"
#include "core/crypto/key_agreement.h"
#include "core/crypto/signing.h"

namespace fairfeed {

// One line for a person: file, what is wrong, what to do.
using KeyFileError = std::string;

[[nodiscard]] Result<SigningKey, KeyFileError> load_signing_key(const std::filesystem::path& file);
[[nodiscard]] Result<AgreementKey, KeyFileError> load_agreement_key(
    const std::filesystem::path& file);
[[nodiscard]] Result<SymmetricKey, KeyFileError> load_symmetric_key(
    const std::filesystem::path& file);  // 32 hex digits and a newline

// Text that is wiped on destruction.
class SecretText {
  public:
    explicit SecretText(std::string text) : text_(std::move(text)) {}
    SecretText(SecretText&&) = default;
    SecretText& operator=(SecretText&&) = default;
    ~SecretText();
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
};
// Loads a key of a kind that this room does not parse; the same errors as above.
[[nodiscard]] Result<SecretText, KeyFileError> load_secret_text(const std::filesystem::path& file);
// Creates the file with O_EXCL and mode 0600; an existing file is an error, its content untouched.
[[nodiscard]] Result<void, KeyFileError> save_secret(const std::filesystem::path& file,
                                                     std::string_view content);

}  // namespace fairfeed
