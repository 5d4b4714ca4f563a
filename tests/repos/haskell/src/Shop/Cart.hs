{-# LANGUAGE OverloadedStrings #-}
{-# LANGUAGE GADTs #-}
-- | Carts and what is in them.
module Shop.Cart
  ( Cart (..)
  , total
  , module Shop.Types
  ) where

import Data.List (sortBy, foldl')
import qualified Data.Map.Strict as Map
import Data.Text qualified as T
import Shop.Types hiding (empty)
import Control.Monad
import "containers" Data.Set (Set, (\\))

-- | A basket of things.
--
-- It keeps their order.
data Cart a = Cart
  { cartItems :: [Item a] -- ^ what is in it
  , cartOwner :: !Owner
  }
  | EmptyCart
  deriving (Show, Eq)
  deriving stock Ord

data Shape = Circle Double | Square { side :: Double }

-- | A wrapper.
newtype Wrapper m a = Wrapper { runWrapper :: m a }
  deriving newtype (Functor)

data Expr a where
  IntE :: Int -> Expr Int
  AddE :: Expr Int -> Expr Int -> Expr Int

type Name = T.Text
type family Elem c
type instance Elem [e] = e

-- | Things with a price.
class (Eq a, Show a) => Priced a where
  type Currency a
  -- | What it costs.
  price :: a -> Double
  price _ = defaultPrice
  discount, bonus :: a -> Double
  {-# MINIMAL price #-}

instance Priced a => Priced (Cart a) where
  price (Cart items _) = sum (map price items)
  price EmptyCart = 0

instance Semigroup (Cart a) where
  a <> b = merge a b

deriving instance Show (Expr a)

-- | Sum up a cart.
total :: Priced a => Cart a -> Double
total EmptyCart = 0
total (Cart items owner) = foldl' step 0 items
  where
    step :: Double -> Item a -> Double
    step acc item = acc + price item * rateOf owner
    rateOf = Map.findWithDefault 1 `flip` rates

-- | The answer.
answer :: Int
answer = 42

infixl 6 |+|
-- | Join two carts.
(|+|) :: Cart a -> Cart a -> Cart a
a |+| b = a <> b

größe :: Cart a -> Int
größe cart = length $ cartItems cart

render' :: Cart a -> IO ()
render' cart = do
  let text = T.pack (show cart)
  names <- mapM lookupName (cartItems cart)
  when (T.null text) $ putStrLn "class NotAClass where"
  forM_ names $ \name -> print . T.length $ name
  case cart of
    EmptyCart -> pure ()
    Cart {} | null names -> fail "empty"
            | otherwise -> void (return Wrapper { runWrapper = Nothing })

(first, second) = splitAt 3 defaults

noSignature x y = x + y

foreign import ccall "math.h sin" c_sin :: Double -> Double

pattern Pair :: a -> b -> (a, b)
pattern Pair x y = (x, y)
