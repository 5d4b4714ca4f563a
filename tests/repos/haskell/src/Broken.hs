module Broken where

fine :: Int
fine = helper 1

half = = (

afterError :: Int
afterError = fine
