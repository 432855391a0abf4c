// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QString>

namespace slotscope::ui {

/// An error in words for people, the technical words apart.
struct ErrorText
{
    QString summary; ///< one sentence: what went wrong
    QString advice; ///< what to do about it; may be empty
    QString technical; ///< the server's or library's own words, codes and offset; may be empty

    /// Summary and advice as one line.
    QString sentence() const;
};

/// `server`: how the server is called in the text (`127.0.0.1:2379`); empty where none is meant.
ErrorText describe(const core::Error &error, const QString &server = {});

} // namespace slotscope::ui
