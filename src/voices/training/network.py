"""The analyst as a torch module: one encoder, one learned query per theme, sentiment and emotion.

Every head is an attention-weighted mean of scores per token::

    logit[b, q, c] = sum_t attention[b, q, t] * score[b, q, t, c]

so that the contribution of each token, and with it of each sentence, to a theme is exact and no
second pass is needed to find the evidence.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from transformers import BertModel

EVIDENCE_SCALE = 4.0
"""A token speaks for a theme by its attention times ``exp(presence / EVIDENCE_SCALE)``."""


class HeadOutput(NamedTuple):
    """What the heads say of a batch of B comments of T tokens.

    Attributes
    ----------
    attention : Tensor, shape (B, n_themes, T)
        Weight of each token for each theme; sums to 1 over T, 0 on padding.
    presence : Tensor, shape (B, n_themes, T)
        Presence score of each token; the weighted mean over T is the theme's logit.
    polarity : Tensor, shape (B, n_themes, T, 3)
        Polarity scores (positive, negative, neutral) of each token.
    sentiment : Tensor, shape (B, 4)
        Logits: positive, negative, neutral, mixed.
    emotion : Tensor, shape (B, n_emotions)
        Logits in the order of :data:`voices.taxonomy.EMOTIONS`.
    embedding : Tensor, shape (B, hidden)
        Mean of the token states, unit length.
    """

    attention: Tensor
    presence: Tensor
    polarity: Tensor
    sentiment: Tensor
    emotion: Tensor
    embedding: Tensor


class AnalystNetwork(nn.Module):
    """Encoder and heads.

    Parameters
    ----------
    encoder : BertModel
        Gives token states of shape (B, T, hidden).
    n_themes, n_emotions : int
        Sizes of the heads.
    """

    def __init__(self, encoder: BertModel, *, n_themes: int, n_emotions: int, dropout: float = 0.1) -> None:
        super().__init__()
        hidden = encoder.config.hidden_size
        self.encoder = encoder
        self.n_themes = n_themes
        self.score_scale = 4.0 * hidden**-0.5
        self.norm = nn.LayerNorm(hidden)
        self.dropout = nn.Dropout(dropout)
        self.query = nn.Parameter(torch.randn(n_themes + 2, hidden) * hidden**-0.5)
        self.key = nn.Linear(hidden, hidden)
        self.presence = nn.Parameter(torch.zeros(n_themes, hidden))
        self.presence_bias = nn.Parameter(torch.full((n_themes,), -2.0))
        self.polarity_shared = nn.Linear(hidden, 3)
        self.polarity_theme = nn.Parameter(torch.zeros(n_themes, 3, hidden))
        self.sentiment = nn.Linear(hidden, 4)
        self.emotion = nn.Linear(hidden, n_emotions)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> HeadOutput:
        """Run the encoder once and every head on its token states."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.to(states.dtype)
        summed = (states * mask.unsqueeze(-1)).sum(dim=1)
        # Written out, since the ONNX operator for the norm changed its form after opset 17.
        embedding = summed / (summed * summed).sum(dim=-1, keepdim=True).sqrt()
        states = self.dropout(self.norm(states))
        scores = torch.matmul(self.query, self.key(states).transpose(1, 2)) * self.score_scale
        scores = scores + (1.0 - mask).unsqueeze(1) * -1e4
        attention = scores.softmax(dim=-1)
        themes = attention[:, : self.n_themes]
        presence = torch.matmul(self.presence, states.transpose(1, 2)) + self.presence_bias.view(1, -1, 1)
        weight = self.polarity_theme + self.polarity_shared.weight.unsqueeze(0)
        polarity = torch.matmul(states, weight.reshape(self.n_themes * 3, -1).transpose(0, 1))
        polarity = polarity + self.polarity_shared.bias.repeat(self.n_themes)
        polarity = polarity.reshape(states.shape[0], -1, self.n_themes, 3).transpose(1, 2)
        pooled = torch.matmul(attention[:, self.n_themes :], states)
        return HeadOutput(
            themes, presence, polarity, self.sentiment(pooled[:, 0]), self.emotion(pooled[:, 1]), embedding
        )


def theme_logits(output: HeadOutput) -> tuple[Tensor, Tensor]:
    """Pool token scores: presence logits (B, n_themes) and polarity logits (B, n_themes, 3)."""
    presence = (output.attention * output.presence).sum(dim=-1)
    polarity = (output.attention.unsqueeze(-1) * output.polarity).sum(dim=2)
    return presence, polarity
