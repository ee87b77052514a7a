// Jest cannot load a CommonJS package that requires Nest's ES modules while those are being loaded themselves.
import '@nestjs/common';
import '@nestjs/core';
