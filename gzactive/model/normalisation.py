"""BatchNorm as one kernel where the backend has one: training is bound by passes over memory."""

from __future__ import annotations

from typing import Any

import keras

__all__ = ["FusedBatchNormalization"]


class FusedBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Keras's BatchNorm, in training on TensorFlow by its fused kernel.

    Keras writes it as a dozen elementwise operations, each a pass over the activations, which take
    a third of a training step of EfficientNet-B0 on a CPU:
    ``tests/benchmarks/test_training_rate.py`` measures both. The variables, the inference and the
    other backends are Keras's own.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalise over all axes but the last; moving statistics follow while training."""
        fused = training and self.trainable and keras.backend.backend() == "tensorflow"
        if not fused or mask is not None or len(inputs.shape) != 4:
            return super().call(inputs, training=training, mask=mask)
        import tensorflow

        outputs, mean, variance = tensorflow.compat.v1.nn.fused_batch_norm(
            inputs,
            keras.ops.cast(self.gamma, "float32"),
            keras.ops.cast(self.beta, "float32"),
            epsilon=self.epsilon,
            is_training=True,
        )
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + batch * (1.0 - self.momentum))
        return outputs
