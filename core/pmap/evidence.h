// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the inference: how much bytes look like something. Evidence is counted in bits: how much
// likelier a type makes the bytes than random ones of that length are.
#pragma once

#include <QByteArrayView>
#include <QString>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace slotscope::core::inference {

/// Bits of evidence; nothing: implausible.
using Bits = std::optional<double>;

/// A candidate must fit so many of the samples.
inline constexpr double EnoughShare = 0.6;
/// What being of the one size of its type says for a key or value.
inline constexpr double SizeBits = 3;
/// What a character of text is worth: a good third of random bytes are printable.
inline constexpr double BitsPerCharacter = 1.4;

/// The version of a UUID; 0 where the bits are not those of one. 16 bytes.
int uuidVersion(QByteArrayView bytes);
Bits uuidBits(QByteArrayView bytes); ///< 16 bytes
Bits oidBits(QByteArrayView bytes); ///< 8 bytes, big endian
Bits timestampBits(qint64 nanoseconds);
Bits bigEndianTimeBits(QByteArrayView bytes); ///< 8 bytes
Bits littleEndianTimeBits(QByteArrayView bytes); ///< 8 bytes
Bits textBits(QByteArrayView bytes);
Bits flatBufferBits(QByteArrayView bytes); ///< whether the outermost table hangs together

QString inThousands(size_t number); ///< `1,000`
/// `1,000 of 1,000`
QString countOf(size_t some, size_t all);

/// How a candidate explains the samples.
struct Verdict
{
    size_t good = 0; ///< samples that fit
    size_t total = 0;
    double bits = 0; ///< of those that fit, together
    double once = 0; ///< bits for or against the candidate as a whole, however many samples there are
    double confidence = 0; ///< 0 … 1, by weigh()
    std::vector<size_t> misfits {}; ///< the indexes of the others

    bool fits() const { return good > 0 && double(good) >= EnoughShare * double(total); }
    /// In bits. A few samples that do not fit are damaged ones or others' keys and count against it by no
    /// more than that is unlikely. Samples repeat each other, so that many are worth less than their number.
    double evidence() const;
};

/// Tests samples until too many do not fit. `test` takes a sample and gives its bits.
template <typename Samples, typename Test>
Verdict judge(const Samples &samples, Test &&test)
{
    Verdict verdict;
    verdict.total = samples.size();
    for (size_t i = 0; i < samples.size(); ++i) {
        if (const Bits bits = test(samples[i])) {
            ++verdict.good;
            verdict.bits += *bits;
        } else {
            verdict.misfits.push_back(i);
            if (double(verdict.misfits.size()) > (1 - EnoughShare) * double(samples.size()))
                break;
        }
    }
    return verdict;
}

/// Sorts the candidates, the best first, and says how sure each is when it is one of them, and lets go of
/// those that are out of the question.
template <typename Guess>
void weigh(std::vector<Guess> &guesses)
{
    constexpr double Negligible = 1e-4;
    std::erase_if(guesses, [](const Guess &guess) { return !guess.verdict.fits(); });
    std::stable_sort(guesses.begin(), guesses.end(), [](const Guess &a, const Guess &b) {
        return a.verdict.evidence() > b.verdict.evidence();
    });
    double sum = 0;
    for (Guess &guess : guesses) {
        guess.verdict.confidence = std::exp2(guess.verdict.evidence() - guesses.front().verdict.evidence());
        sum += guess.verdict.confidence;
    }
    for (Guess &guess : guesses)
        guess.verdict.confidence /= sum;
    std::erase_if(guesses, [](const Guess &guess) { return guess.verdict.confidence < Negligible; });
}

} // namespace slotscope::core::inference
